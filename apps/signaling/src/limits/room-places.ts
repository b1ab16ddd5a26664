import type { RoomState } from '@parley/room/state';
import { CallsInTurn } from '../calls-in-turn.ts';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { failure, type Result, success } from '../result.ts';
import { webrtcConfig } from '../settings.ts';
import { inTime, NoAnswer } from './in-time.ts';
import { LimiterObject } from './limiter-object.ts';
import { type Place, type PlaceKind, roomPlace } from './place.ts';

/** How long the Limiter may take, milliseconds, and how often one that fails is asked before somebody is let in without it. */
const TIMEOUT = 2_000;
const ATTEMPTS = 2;

/**
 * A room's side of the limits: takes places before anybody gets in, and gives them back, one call after another, without
 * the room waiting. A Limiter that does not answer turns nobody away: the room's next sweep makes up for it.
 */
export class RoomPlaces {
  readonly #calls: CallsInTurn;
  readonly #env: Environment;
  /** Ids of places that are asked for and not yet to be seen in the room's state. */
  readonly #underway = new Set<string>();
  /** Participants' places to be given back, by address. */
  readonly #freed = new Map<string, string[]>();

  constructor(ctx: DurableObjectState, env: Environment) {
    this.#calls = new CallsInTurn(ctx, (error) => {
      // The next sweep tells all again, and the Limiter asks about what it does not hear of.
      log.warn('places not told', { error: String(error) });
    });
    this.#env = env;
  }

  /**
   * Takes a place for whoever is about to join. Whatever comes of it: then {@link settled}.
   *
   * @param address undefined for who is not limited by it
   */
  async reserveParticipant(address: string | undefined, id: string, roomId: string): Promise<Result<void>> {
    const { enabled, max_participants_per_ip: most } = webrtcConfig.security.rate_limit;
    if (!enabled || address === undefined) return success(undefined);
    this.#underway.add(id);
    const place: Place = { kind: 'participants', id, roomId };
    if (await this.#reserve(LimiterObject.ofAddress(this.#env, address), place, most)) {
      return success(undefined);
    }
    return failure(
      'too_many_participants',
      `${most} participants are here from your address; leave with one, or try again in a minute.`,
    );
  }

  /** The room's state tells from now on whether a participant's place is taken. */
  settled(id: string): void {
    this.#underway.delete(id);
  }

  /** Gives a participant's place back. */
  freeParticipant(address: string | undefined, id: string): void {
    if (!webrtcConfig.security.rate_limit.enabled || address === undefined) return;
    const freed = this.#freed.get(address);
    if (freed !== undefined) {
      freed.push(id);
      return;
    }
    const ids = [id];
    this.#freed.set(address, ids);
    this.#calls.add(async () => {
      if (this.#freed.get(address) === ids) this.#freed.delete(address);
      await LimiterObject.ofAddress(this.#env, address).free('participants', ids);
    });
  }

  /** Takes the places that a room needs, runs `make`, and gives them back when it fails. */
  async whileReserved<T>(
    { roomId, createdAt, openedFrom }: Pick<RoomState, 'roomId' | 'createdAt' | 'openedFrom'>,
    make: () => Promise<T>,
  ): Promise<Result<T>> {
    const place: Place = { kind: 'rooms', id: roomPlace(roomId, createdAt), roomId };
    const { max_rooms } = webrtcConfig.rooms;
    const { max_rooms_per_ip } = webrtcConfig.security.rate_limit;
    this.#underway.add(place.id);
    try {
      const opener = this.#opener(openedFrom);
      if (opener !== undefined && !(await this.#reserve(opener, place, max_rooms_per_ip))) {
        return failure(
          'too_many_rooms',
          `${max_rooms_per_ip} rooms opened from your address are there; close one, or try again in a minute.`,
        );
      }
      // After the address's: one that has used up its own cannot take others' for a moment.
      if (!(await this.#reserve(LimiterObject.ofServer(this.#env), place, max_rooms))) {
        if (opener !== undefined) this.#calls.add(async () => opener.free('rooms', [place.id]));
        return failure('server_full', `The server holds ${max_rooms} rooms; try again when one has closed.`);
      }
      try {
        return success(await make());
      } catch (error) {
        this.freeRoom({ roomId, createdAt, ...(openedFrom !== undefined && { openedFrom }) });
        throw error;
      }
    } finally {
      this.#underway.delete(place.id);
    }
  }

  /** Gives back the places of a room that has closed. */
  freeRoom({ roomId, createdAt, openedFrom }: Pick<RoomState, 'roomId' | 'createdAt' | 'openedFrom'>): void {
    const ids = [roomPlace(roomId, createdAt)];
    this.#calls.add(async () => LimiterObject.ofServer(this.#env).free('rooms', ids));
    const opener = this.#opener(openedFrom);
    if (opener !== undefined) this.#calls.add(async () => opener.free('rooms', ids));
  }

  /** Which of some places are taken. */
  holds(state: RoomState | undefined, ids: readonly string[]): string[] {
    const held = new Set(this.#underway);
    if (state !== undefined) {
      held.add(roomPlace(state.roomId, state.createdAt));
      for (const id of Object.keys(state.participants)) held.add(id);
      for (const id of Object.keys(state.lobby)) held.add(id);
    }
    return ids.filter((id) => held.has(id));
  }

  /** Tells all places of the room again. */
  refresh(state: RoomState): void {
    // Whoever leaves from now on is told of behind this, which says that it is there.
    this.#freed.clear();
    const { roomId, createdAt, openedFrom } = state;
    const tell = (limiter: DurableObjectStub<LimiterObject>, kind: PlaceKind, ids: readonly string[]) =>
      this.#calls.add(async () => limiter.refresh(kind, roomId, ids));
    tell(LimiterObject.ofServer(this.#env), 'rooms', [roomPlace(roomId, createdAt)]);
    const opener = this.#opener(openedFrom);
    if (opener !== undefined) tell(opener, 'rooms', [roomPlace(roomId, createdAt)]);
    if (!webrtcConfig.security.rate_limit.enabled) return;
    const present = [...Object.values(state.participants), ...Object.values(state.lobby)];
    for (const [address, here] of Map.groupBy(present, (one) => one.address)) {
      if (address === undefined) continue;
      const ids = here.map(({ participantId }) => participantId);
      tell(LimiterObject.ofAddress(this.#env, address), 'participants', ids);
    }
  }

  #opener(address: string | undefined): DurableObjectStub<LimiterObject> | undefined {
    if (!webrtcConfig.security.rate_limit.enabled || address === undefined) return undefined;
    return LimiterObject.ofAddress(this.#env, address);
  }

  async #reserve(
    limiter: DurableObjectStub<LimiterObject>,
    place: Place,
    most: number,
    attempt = 1,
  ): Promise<boolean> {
    try {
      return await inTime(TIMEOUT, limiter.reserve(place, most));
    } catch (error) {
      // A deploy replaces objects while they are asked. One that is silent has the question already.
      if (attempt < ATTEMPTS && !(error instanceof NoAnswer))
        return this.#reserve(limiter, place, most, attempt + 1);
      log.warn('place not reserved', { kind: place.kind, roomId: place.roomId, error: String(error) });
      return true;
    }
  }
}
