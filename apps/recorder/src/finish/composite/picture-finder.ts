import { EncodedPacketSink, FilePathSource, Input, MATROSKA, MP4, WEBM } from 'mediabunny';

/** Finds out when the pictures of finished files are. Keeps the files open until it is closed. */
export class PictureFinder {
  readonly #inputs = new Map<string, Input>();
  readonly #sinks = new Map<string, Promise<EncodedPacketSink | undefined>>();

  /** When the last picture at or before a time of a file is, seconds; undefined when there is none yet. */
  async last(file: string, seconds: number): Promise<number | undefined> {
    let sink = this.#sinks.get(file);
    if (!sink) {
      sink = this.#open(file);
      this.#sinks.set(file, sink);
    }
    const packet = await (await sink)?.getPacket(seconds, { metadataOnly: true });
    return packet?.timestamp;
  }

  close(): void {
    for (const input of this.#inputs.values()) input.dispose();
  }

  async #open(file: string): Promise<EncodedPacketSink | undefined> {
    const source = new FilePathSource(file, { maxCacheSize: 1 << 20 });
    const input = new Input({ source, formats: [WEBM, MATROSKA, MP4] });
    this.#inputs.set(file, input);
    const track = await input.getPrimaryVideoTrack();
    return track ? new EncodedPacketSink(track) : undefined;
  }
}
