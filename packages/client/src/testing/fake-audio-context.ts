/** As much of an AudioContext as a level meter touches. */
export class FakeAudioContext {
  static open = 0;
  state = 'running';

  constructor() {
    FakeAudioContext.open += 1;
  }

  createMediaStreamSource(): { connect(): void } {
    return { connect: () => undefined };
  }

  async close(): Promise<void> {
    if (this.state === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.state = 'closed';
    FakeAudioContext.open -= 1;
  }
}

/** Hears a constant amplitude. */
export class FakeAnalyser {
  static amplitude = 0;

  getFloatTimeDomainData(samples: Float32Array): void {
    samples.fill(FakeAnalyser.amplitude);
  }
}
