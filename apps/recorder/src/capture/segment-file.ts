import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import { makeFolder, syncPath } from '../storage/folders.ts';
import type { Format } from './codecs/depacketizer.ts';

/** What is written at once, bytes; less at the end. */
const BLOCK = 64 << 10;

/** A frame's place in a file. */
export interface FileFrame {
  readonly data: Uint8Array;
  readonly key: boolean;
  /** Seconds from the file's first frame, which is at 0. */
  readonly at: number;
  readonly duration: number;
}

/** Extension of the container that holds a format: WebM, but for H264, which WebM may not hold. */
export function extensionOf({ codec }: Format): 'webm' | 'mkv' {
  return codec === 'avc' ? 'mkv' : 'webm';
}

/** What came makes no file, whatever the disk does. */
export class NotMuxed extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * One track's file while it is written, as `NAME.part`: append-only, so that what there is can be played if its end never comes. Its caller waits for each
 * promise before the next call.
 */
export class SegmentFile {
  readonly #path: string;
  readonly #format: Format;
  readonly #hash = createHash('sha256');
  #blocks: Uint8Array[] = [];
  #pending = 0;
  #bytes = 0;
  #file: Awaited<ReturnType<typeof open>> | undefined;
  #output: Output | undefined;
  #add: (packet: EncodedPacket) => Promise<void> = () => Promise.resolve();
  #first = true;
  #diskError: unknown;

  constructor(file: string, format: Format) {
    this.#path = file;
    this.#format = format;
  }

  /** @throws {NotMuxed} when the format is none; another error when the disk does not take it. */
  async open(): Promise<void> {
    this.#file = await this.#onDisk(async () => {
      await makeFolder(path.dirname(this.#path));
      return await open(`${this.#path}.part`, 'w');
    });
    await this.#mux(async () => {
      const webm = extensionOf(this.#format) === 'webm';
      const writable = new WritableStream<Uint8Array>({ write: (chunk) => this.#take(chunk) });
      this.#output = new Output({
        format: webm ? new WebMOutputFormat({ appendOnly: true }) : new MkvOutputFormat({ appendOnly: true }),
        target: new AppendOnlyStreamTarget(writable),
      });
      this.#add = addTrack(this.#output, this.#format);
      await this.#output.start();
    });
  }

  /** @throws {NotMuxed} when it fits into no file; another error when the disk does not take it. */
  async add({ data, key, at, duration }: FileFrame): Promise<void> {
    await this.#mux(async () => {
      // The container's first block is called a key frame whatever it is: players skip to the next otherwise.
      const packet = new EncodedPacket(data, key || this.#first ? 'key' : 'delta', at, duration);
      this.#first = false;
      await this.#add(packet);
    });
  }

  /** Ends the file and syncs it, still as `.part`. @throws as {@link add} does */
  async seal(): Promise<{ bytes: number; sha256: string }> {
    await this.#mux(() => this.#output?.finalize());
    await this.#onDisk(async () => {
      await this.#write();
      await this.#file?.sync();
      await this.#file?.close();
      this.#file = undefined;
    });
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Gives a sealed file its name. @throws when the disk does not take it */
  async name(): Promise<void> {
    await this.#onDisk(async () => {
      await rename(`${this.#path}.part`, this.#path);
      await syncPath(path.dirname(this.#path));
    });
  }

  /** Leaves the file as it is, as `.part`. */
  async abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#blocks.push(chunk);
    this.#pending += chunk.length;
    if (this.#pending >= BLOCK) await this.#onDisk(() => this.#write());
  }

  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#diskError ??= error;
      throw error;
    }
  }

  /** The disk's own errors come through the muxer, which may have made something else of them. */
  async #mux(work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw this.#diskError ?? new NotMuxed(error);
    }
  }

  async #write(): Promise<void> {
    const block = Buffer.concat(this.#blocks);
    this.#blocks = [];
    this.#pending = 0;
    for (let at = 0; at < block.length; ) {
      const { bytesWritten } = (await this.#file?.write(block, at)) ?? { bytesWritten: 0 };
      if (bytesWritten === 0) throw new Error(`${this.#path} takes nothing more`);
      at += bytesWritten;
    }
    this.#hash.update(block);
    this.#bytes += block.length;
  }
}

function addTrack(output: Output, format: Format): (packet: EncodedPacket) => Promise<void> {
  const { codec, codecString, width = 0, height = 0, channels = 2, description } = format;
  const described = { codec: codecString, ...(description && { description }) };
  switch (codec) {
    case 'opus': {
      const source = new EncodedAudioPacketSource(codec);
      output.addAudioTrack(source);
      const decoderConfig = { ...described, numberOfChannels: channels, sampleRate: 48_000 };
      return (packet) => source.add(packet, { decoderConfig });
    }
    case 'vp8':
    case 'vp9':
    case 'av1':
    case 'avc': {
      const source = new EncodedVideoPacketSource(codec);
      output.addVideoTrack(source);
      const decoderConfig = { ...described, codedWidth: width, codedHeight: height };
      return (packet) => source.add(packet, { decoderConfig });
    }
    default:
      return codec satisfies never;
  }
}
