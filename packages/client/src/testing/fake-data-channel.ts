/** A data channel whose other end is a test. */
export class FakeDataChannel {
  readonly label: string;
  readonly id: number;
  readyState: RTCDataChannelState = 'connecting';
  binaryType: BinaryType = 'blob';
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  /** What was sent on it. */
  readonly sent: Uint8Array[] = [];
  readonly #texts: string[] = [];

  constructor(label: string, id: number) {
    this.label = label;
    this.id = id;
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  send(message: Uint8Array | string): void {
    if (this.readyState !== 'open') throw new TypeError('the channel is not open');
    if (typeof message === 'string') this.#texts.push(message);
    else this.sent.push(message);
  }

  /** What was said on it since the last look. */
  texts(): string[] {
    return this.#texts.splice(0);
  }

  receive(message: Uint8Array | string): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : message.buffer });
  }

  /** The other end closes it. */
  end(): void {
    this.readyState = 'closed';
    this.onclose?.();
  }
}
