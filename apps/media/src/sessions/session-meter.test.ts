import { expect, it } from 'vitest';
import { NO_TRAFFIC } from '../telemetry/traffic-ledger.ts';
import { SessionMeter } from './session-meter.ts';

it('adds up transports, each loss by what it is a share of, without those that were closed before', async () => {
  const meter = new SessionMeter(0);
  const closing = (rtpReceived: number, lossReceived?: number) =>
    meter.closing(
      Promise.resolve({ ...NO_TRAFFIC, rtpReceived, ...(lossReceived !== undefined && { lossReceived }) }),
    );
  closing(300, 0.1);
  closing(100, 0.5);
  closing(1000);
  meter.closing(Promise.resolve(undefined));
  const report = meter.report([], [], 10);
  // A session's transports are closed after its report was asked for.
  closing(600, 0);
  expect(await report).toEqual({ connectedMs: 0, bytesReceived: 2000, bytesSent: 0, lossReceived: 0.08 });
});

it('counts the time with media, not the time without', async () => {
  const meter = new SessionMeter(1000);
  meter.state('connected', 1400);
  meter.state('disconnected', 2400);
  meter.state('connected', 5000);
  expect(await meter.report([], [], 5500)).toMatchObject({ connectMs: 400, connectedMs: 1500 });
});
