import { describe, expect, it } from 'vitest';
import { addressKind, isLocalUrl } from './address-kind.ts';

describe('addressKind', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['127.8.9.1', 'loopback'],
    ['::1', 'loopback'],
    ['localhost', 'loopback'],
    ['169.254.10.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::2', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['203.0.113.7', 'public'],
    ['2001:db8::1', 'public'],
    ['media.example.com', 'hostname'],
  ] as const)('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});

describe('isLocalUrl', () => {
  it.each([
    ['http://localhost:8080', true],
    ['http://127.0.0.1', true],
    ['http://[::1]:8080', true],
    ['http://192.168.1.5:8080', true],
    ['http://edge:8080', true],
    ['http://edge.local', true],
    ['https://meet.example.com', false],
    ['https://203.0.113.7', false],
  ])('%s: %s', (url, local) => {
    expect(isLocalUrl(url)).toBe(local);
  });
});
