import { describe, expect, it } from 'vitest';
import { isLoopback, readEnvironment } from './environment.ts';

const least = { PARLEY_EDGE_URL: 'https://edge.example/', PARLEY_ENROLMENT_SECRET: 'a'.repeat(16) };
const read = (environment: Record<string, string> = {}) =>
  readEnvironment({ ...least, ...environment }, { host: 'one', configFolder: '/config' });

describe('readEnvironment', () => {
  it('has a default for everything but the edge and the secret', () => {
    expect(read()).toEqual({
      edgeUrl: 'https://edge.example',
      enrolmentSecret: 'a'.repeat(16),
      nodeId: 'one-recorder',
      region: 'default',
      metricsHost: '0.0.0.0',
      metricsPort: 9091,
      configFolder: '/config',
      logLevel: 'info',
      roles: { capture: true, finish: true },
      captureIp: '127.0.0.1',
      capturePorts: { first: 42_000, last: 42_999 },
      publicUrl: undefined,
      filesHost: '127.0.0.1',
      filesPort: 8090,
    });
  });

  it('reads what it is for and where it is', () => {
    const settings = read({
      PARLEY_RECORDER_ROLES: ' finish',
      PARLEY_CAPTURE_IP: '10.0.0.5',
      PARLEY_CAPTURE_PORTS: '5000-5000',
      PARLEY_PUBLIC_URL: 'https://recorder1.example/',
    });
    expect(settings.roles).toEqual({ capture: false, finish: true });
    expect(settings.capturePorts).toEqual({ first: 5000, last: 5000 });
    expect(settings.publicUrl).toBe('https://recorder1.example');
    expect([isLoopback(settings.captureIp), isLoopback('127.0.0.9'), isLoopback('::1')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it.each([
    ['PARLEY_EDGE_URL', 'ws://edge', /must be an http/],
    ['PARLEY_RECORDER_ROLES', 'capture,play', /must be capture, finish or both/],
    ['PARLEY_RECORDER_ROLES', ',', /must be capture, finish or both/],
    ['PARLEY_CAPTURE_IP', 'recorder1', /must be the address of this machine/],
    ['PARLEY_CAPTURE_IP', '0.0.0.0', /must be the address of this machine/],
    ['PARLEY_CAPTURE_PORTS', '42000', /must be two UDP ports/],
    ['PARLEY_CAPTURE_PORTS', '42999-42000', /must be two UDP ports/],
    ['PARLEY_CAPTURE_PORTS', '42000-70000', /must be two UDP ports/],
    ['PARLEY_PUBLIC_URL', 'wss://recorder1.example', /must be an http/],
    ['PARLEY_FILES_PORT', 'any', /must be a number, for example 8090/],
  ])('says what is wrong with %s=%s', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name}: `));
  });
});
