import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commonSettings, commonVariables, nodeIdFromHost, parseEnvironment } from './environment.ts';

const defaults = { host: 'host name!', configFolder: '/config' };
const least = { PARLEY_EDGE_URL: 'https://edge.example/', PARLEY_ENROLMENT_SECRET: 'a'.repeat(16) };
const read = (environment: Record<string, string>) =>
  commonSettings(parseEnvironment(z.object(commonVariables(defaults, 9091, '-recorder')), environment));

describe('parseEnvironment', () => {
  it('needs an edge and a secret, and has a default for the rest', () => {
    expect(read(least)).toEqual({
      edgeUrl: 'https://edge.example',
      enrolmentSecret: 'a'.repeat(16),
      nodeId: 'host-name--recorder',
      region: 'default',
      metricsHost: '0.0.0.0',
      metricsPort: 9091,
      configFolder: '/config',
      logLevel: 'info',
    });
  });

  it('names every wrong variable at once', () => {
    expect(() => read({})).toThrow(/^PARLEY_EDGE_URL: is missing; .*\nPARLEY_ENROLMENT_SECRET: is missing; /);
  });

  it('takes empty values as absent', () => {
    expect(read({ ...least, PARLEY_METRICS_PORT: '', LOG_LEVEL: '' })).toMatchObject({ metricsPort: 9091 });
  });
});

describe('nodeIdFromHost', () => {
  it('makes a valid id of any name', () => {
    expect(nodeIdFromHost('')).toBe('node');
    expect(nodeIdFromHost(`${'ä'.repeat(80)}.local`)).toMatch(/^-{64}$/);
    expect(nodeIdFromHost('a'.repeat(80), '-recorder')).toMatch(/^a{55}-recorder$/);
  });
});
