import { FakeStream, FakeTrack } from './fake-media.ts';

interface FakeDevice {
  readonly kind: MediaDeviceKind;
  readonly deviceId: string;
  readonly groupId: string;
  label: string;
}

const id = (constraint: ConstrainDOMString | undefined) =>
  typeof constraint === 'object' && 'exact' in constraint ? constraint.exact : undefined;

/** Stands in for `navigator.mediaDevices`: a test plugs devices in and out. */
export class FakeDevices extends EventTarget {
  all: FakeDevice[] = [];
  /** Why capturing fails, if it does. */
  refusal: DOMException | undefined;
  /** Whether a device of a kind can only be opened while no other one is. */
  oneAtATime = false;
  readonly captured: FakeTrack[] = [];

  constructor(...names: string[]) {
    super();
    for (const name of names) this.#add(name);
  }

  /** @param name begins with `camera`, `microphone` or `speaker` */
  plugIn(name: string): void {
    this.#add(name);
    this.dispatchEvent(new Event('devicechange'));
  }

  pullOut(name: string): void {
    this.all = this.all.filter(({ deviceId }) => deviceId !== name);
    for (const track of this.captured) {
      if (track.deviceId === name && track.readyState === 'live') track.vanish();
    }
    this.dispatchEvent(new Event('devicechange'));
  }

  async enumerateDevices(): Promise<FakeDevice[]> {
    return this.all.map((device) => ({ ...device }));
  }

  async getUserMedia({ audio, video }: MediaStreamConstraints): Promise<FakeStream> {
    const tracks = [this.#open('videoinput', video), this.#open('audioinput', audio)];
    const opened = tracks.filter((track) => track !== undefined);
    this.captured.push(...opened);
    return new FakeStream(opened);
  }

  async getDisplayMedia({ audio }: MediaStreamConstraints): Promise<FakeStream> {
    return new FakeStream([new FakeTrack('video'), ...(audio ? [new FakeTrack('audio')] : [])]);
  }

  #open(
    wanted: MediaDeviceKind,
    constraints: MediaTrackConstraints | boolean | undefined,
  ): FakeTrack | undefined {
    if (typeof constraints !== 'object') return undefined;
    if (this.refusal) throw this.refusal;
    const exact = id(constraints.deviceId);
    const device = this.all.find(
      ({ kind, deviceId }) => kind === wanted && (exact === undefined || deviceId === exact),
    );
    if (device === undefined)
      throw new DOMException('none', exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
    const kind = wanted === 'videoinput' ? 'video' : 'audio';
    if (this.oneAtATime && this.captured.some((one) => one.kind === kind && one.readyState === 'live'))
      throw new DOMException('busy', 'NotReadableError');
    return new FakeTrack(kind, device.deviceId);
  }

  #add(name: string): void {
    const kind = name.startsWith('camera')
      ? 'videoinput'
      : name.startsWith('microphone')
        ? 'audioinput'
        : 'audiooutput';
    this.all.push({ kind, deviceId: name, groupId: '', label: `The ${name}` });
  }
}
