import { opusDuration, opusSilence } from '../opus.ts';
import type { Sample } from './sample.ts';

/** A packet that comes this much later than the sound before it ended leaves a gap, milliseconds. */
const GAP_MS = 7.5;

/**
 * Brings Opus packets onto a line without gaps: whoever counts samples and whoever reads times, as players do, come to
 * the same. What is missing is silence; where the line has fallen a packet behind, by a clock that runs fast or an overlap,
 * that packet is left out. A packet is never more than its own length from its time.
 *
 * @param from - where the line begins at the earliest, milliseconds: silence fills what is before the first packet.
 */
export async function* soundLine(
  packets: AsyncIterable<Sample>,
  from = Number.POSITIVE_INFINITY,
): AsyncGenerator<Sample> {
  let end: number | undefined;
  for await (const packet of packets) {
    const ms = opusDuration(packet.data);
    if (ms === 0) continue;
    end ??= Math.min(from, packet.at);
    const late = packet.at - end;
    if (late <= -ms) continue;
    if (late >= GAP_MS) {
      for (const silence of opusSilence(late)) {
        yield { at: end, ms: silence.ms, key: true, data: silence.packet };
        end += silence.ms;
      }
    }
    yield { ...packet, at: end, ms };
    end += ms;
  }
}
