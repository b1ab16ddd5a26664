import { describe, expect, it } from 'vitest';
import { type AddressFacts, planAddresses } from './announced-address.ts';

const REMOTE = 'https://meet.example.com';
const machine = ['127.0.0.1', '::1', '10.0.0.5', 'fd00::5', 'fe80::1'];
const plan = (facts: Partial<AddressFacts>) =>
  planAddresses({
    machine,
    listenIps: [],
    announcedAddresses: [],
    edgeUrl: 'http://localhost:8080',
    ...facts,
  });

describe('planAddresses', () => {
  it('listens on each address of the machine, the widest first, without link-local ones', () => {
    expect(plan({ machine: [...machine, '203.0.113.7'] })).toEqual({
      listen: ['203.0.113.7', '10.0.0.5', 'fd00::5', '127.0.0.1', '::1'].map((ip) => ({ ip })),
      errors: [],
      warnings: [],
    });
  });

  it('listens everywhere for an announced address, by family', () => {
    expect(plan({ announcedAddresses: ['203.0.113.7', '2001:db8::7'], edgeUrl: REMOTE })).toEqual({
      listen: [
        { ip: '0.0.0.0', announcedAddress: '203.0.113.7' },
        { ip: '::', announcedAddress: '2001:db8::7' },
      ],
      errors: [],
      warnings: [],
    });
  });

  it('pairs announced with listening addresses by order, or by family', () => {
    const byOrder = plan({
      listenIps: ['10.0.0.5', '127.0.0.1'],
      announcedAddresses: ['203.0.113.7', 'media.example.com'],
    });
    expect(byOrder.listen).toEqual([
      { ip: '10.0.0.5', announcedAddress: '203.0.113.7' },
      { ip: '127.0.0.1', announcedAddress: 'media.example.com' },
    ]);
    const byFamily = plan({ listenIps: ['10.0.0.5', 'fd00::5'], announcedAddresses: ['203.0.113.7'] });
    expect(byFamily.listen, 'IPv6 is announced as it is').toEqual([
      { ip: '10.0.0.5', announcedAddress: '203.0.113.7' },
      { ip: 'fd00::5' },
    ]);
  });

  it('refuses to announce what names no host', () => {
    expect(plan({ listenIps: ['0.0.0.0'] }).errors[0]).toMatch(/clients cannot reach 0\.0\.0\.0/);
    expect(plan({ announcedAddresses: ['::'] }).errors[0]).toMatch(/clients cannot reach ::/);
  });

  it('refuses addresses that cannot work, saying which', () => {
    expect(plan({ listenIps: ['203.0.113.7'] }).errors[0], 'NAT').toMatch(
      /no address 203\.0\.113\.7.*PARLEY_ANNOUNCED_ADDRESS/,
    );
    expect(plan({ listenIps: ['eth0'] }).errors[0]).toMatch(/"eth0" is not an IPv4 or IPv6 address/);
    expect(plan({ announcedAddresses: ['203.0.113.7', '203.0.113.8'] }).errors[0], 'one port twice').toMatch(
      /as many PARLEY_LISTEN_IPS/,
    );
    expect(
      plan({ listenIps: ['10.0.0.5'], announcedAddresses: ['203.0.113.7', '203.0.113.8'] }).errors[0],
    ).toMatch(/2 addresses for 1 PARLEY_LISTEN_IPS/);
    expect(plan({ machine: ['fe80::1'] }).errors[0]).toMatch(/no usable address/);
  });

  it('says when nobody from outside can reach it, and only then', () => {
    expect(plan({ edgeUrl: REMOTE }).warnings[0]).toMatch(
      /Clients of https:\/\/meet\.example\.com cannot reach this node .*10\.0\.0\.5.*PARLEY_ANNOUNCED_ADDRESS/,
    );
    expect(plan({}).warnings, 'a local edge has local clients').toEqual([]);
    expect(plan({ edgeUrl: REMOTE, announcedAddresses: ['media.example.com'] }).warnings).toEqual([]);
    expect(plan({ edgeUrl: REMOTE, announcedAddresses: ['192.168.1.4'] }).warnings).toHaveLength(1);
  });
});
