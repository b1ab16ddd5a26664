/** A data channel whose other end is a test. */
export class FakeDataChannel {
  readonly label: string;
  readonly id: number;
  readyState: RTCDataChannelState = 'connecting';
  binaryType: BinaryType = 'blob';
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  /** What was sent on it. */
  readonly sent: Uint8Array[] = [];

  constructor(label: string, id: number) {
    this.label = label;
    this.id = id;
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  send(frame: Uint8Array): void {
    if (this.readyState !== 'open') throw new TypeError('the channel is not open');
    this.sent.push(frame);
  }

  receive(frame: Uint8Array): void {
    this.onmessage?.({ data: frame.buffer });
  }
}
