import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';

const defaults = { host: 'host name!', configFolder: '/config' };
const least = { PARLEY_EDGE_URL: 'https://edge.example/', PARLEY_ENROLMENT_SECRET: 'a'.repeat(16) };
const read = (environment: Record<string, string>) => readEnvironment(environment, defaults);

describe('readEnvironment', () => {
  it('needs an edge and a secret, and has a default for the rest', () => {
    expect(read(least)).toEqual({
      edgeUrl: 'https://edge.example',
      enrolmentSecret: 'a'.repeat(16),
      nodeId: 'host-name-',
      region: 'default',
      rtcPort: 20_000,
      listenIps: [],
      announcedAddresses: [],
      publicUrl: undefined,
      clientHost: '0.0.0.0',
      clientPort: 8443,
      metricsHost: '0.0.0.0',
      metricsPort: 9090,
      capture: { ip: undefined, ports: { min: 41_000, max: 41_999 } },
      configFolder: '/config',
      logLevel: 'info',
    });
  });

  it('names every wrong variable and what would be right', () => {
    expect(() => read({}), 'both that have no default').toThrow(
      /^PARLEY_EDGE_URL: is missing; .*\nPARLEY_ENROLMENT_SECRET: is missing; /,
    );
    const wrong: [string, string, RegExp][] = [
      ['PARLEY_EDGE_URL', 'ws://edge', /PARLEY_EDGE_URL: must be an http:\/\/ or https:\/\/ URL/],
      ['PARLEY_ENROLMENT_SECRET', 'short', /PARLEY_ENROLMENT_SECRET: must have 16 characters/],
      ['PARLEY_EDGE_URL', 'https://me:password@edge', /PARLEY_EDGE_URL: must be an http/],
      ['PARLEY_ENROLMENT_SECRET', 'sixteen and more\nlines', /PARLEY_ENROLMENT_SECRET: must be of/],
      ['PARLEY_ENROLMENT_SECRET', 'with spaces it is no bearer token', /PARLEY_ENROLMENT_SECRET: must be of/],
      ['PARLEY_NODE_ID', 'a b', /PARLEY_NODE_ID: must be 1 to 64 characters/],
      ['PARLEY_RTC_PORT', 'many', /PARLEY_RTC_PORT: must be a number, for example 20000/],
      ['PARLEY_RTC_PORT', '65536', /PARLEY_RTC_PORT: must be 65535 or less/],
      ['PARLEY_PUBLIC_URL', 'https://media1.example', /PARLEY_PUBLIC_URL: must be ws:\/\/ or wss:\/\//],
      ['PARLEY_PUBLIC_URL', 'wss://media1.example/path', /PARLEY_PUBLIC_URL: must be ws/],
      ['PARLEY_CLIENT_PORT', '80443', /PARLEY_CLIENT_PORT: must be 65535 or less/],
      ['PARLEY_CAPTURE_IP', 'node1.example', /PARLEY_CAPTURE_IP: must be an IPv4 or IPv6 address/],
      ['PARLEY_PLAIN_PORTS', '41000', /PARLEY_PLAIN_PORTS: must be two ports, the lower first/],
      ['PARLEY_PLAIN_PORTS', '41999-41000', /PARLEY_PLAIN_PORTS: must be two ports, the lower first/],
      ['PARLEY_PLAIN_PORTS', '41000-99999', /PARLEY_PLAIN_PORTS: must be two ports, the lower first/],
      ['LOG_LEVEL', 'chatty', /LOG_LEVEL: must be one of trace, debug, info/],
    ];
    for (const [name, value, message] of wrong) {
      expect(() => read({ ...least, [name]: value }), `${name}=${value}`).toThrow(message);
    }
  });

  it('never repeats the secret in an error', () => {
    for (const secret of ['hunter2', 'hunter2 hunter2 hunter2']) {
      expect(() => read({ ...least, PARLEY_ENROLMENT_SECRET: secret })).not.toThrow(/hunter2/);
    }
  });

  it('takes a secret from a file with a line break at its end', () => {
    const secret = read({ ...least, PARLEY_ENROLMENT_SECRET: `${'a'.repeat(16)}\n` }).enrolmentSecret;
    expect(secret).toBe('a'.repeat(16));
  });

  it('reads where clients open sessions of their own', () => {
    const settings = read({ ...least, PARLEY_PUBLIC_URL: 'wss://media1.example/', PARLEY_CLIENT_PORT: '80' });
    expect(settings.publicUrl).toBe('wss://media1.example');
    expect(settings.clientPort).toBe(80);
  });

  it('reads lists, empty values as absent, and log levels in any case', () => {
    const settings = read({
      ...least,
      PARLEY_LISTEN_IPS: ' 10.0.0.1, ::1 ,',
      PARLEY_METRICS_PORT: '',
      LOG_LEVEL: 'WARNING',
    });
    expect(settings.listenIps).toEqual(['10.0.0.1', '::1']);
    expect(settings.metricsPort).toBe(9090);
    expect(settings.logLevel).toBe('warn');
  });
});
