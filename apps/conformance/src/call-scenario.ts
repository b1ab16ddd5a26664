import { setTimeout as sleep } from 'node:timers/promises';
import { Bot } from '@parley/bots/bot';
import type { SubscriptionStats } from '@parley/protocol/stats';
import { roomStats } from './room-stats.ts';
import { Stopped, type Visit } from './visit.ts';

/** Packets of a track that prove that it flows. */
const FLOWS = 20;
/** How often the node is asked what it sends, ms. */
const STATS_MS = 300;
/** How long its first receiver report may take, ms: sender reports of sound come every 5 s. */
const REPORTS_MS = 7000;
/** How long its goodbye may take to come, ms. */
const GOODBYE_MS = 2000;
/** For how long nothing may be said before the client's socket is cut, ms. */
const QUIET_MS = 500;

/** A call of the client with bots, in which everything happens that a call can bring. */
export class CallScenario {
  readonly #visit: Visit;
  readonly #bots: Bot[] = [];
  readonly #reference: Bot;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#reference = this.#bot('Reference');
  }

  async play(): Promise<void> {
    const { level } = this.#visit.options;
    await this.#enter(this.#reference);
    await this.#publishing();
    await this.#receiving();
    await this.#others();
    await this.#unknown();
    await this.#error();
    if (level === 'recovering') {
      await this.#lostSocket();
      await this.#anotherSession();
    }
    await this.#goodbye();
  }

  async end(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.leave()));
  }

  async #publishing(): Promise<void> {
    const visit = this.#visit;
    const { client, options } = visit;
    if (client.join?.requestOffers === false) visit.skip('request-offer', 'it says requestOffers: false');
    else
      await visit.check('request-offer', async () => {
        await client.told.waitFor(({ type }) => type === 'request-offer', 'request-offer', {
          ms: options.patienceMs,
        });
        await visit.says('offer', 'an offer after request-offer');
      });
    if (!options.publishes) {
      for (const check of ['empty-offer', 'offer-sdp', 'media-sent'] as const)
        visit.skip(check, 'it publishes nothing');
      return;
    }
    const first = await visit.says('offer', 'an offer').catch(() => undefined);
    if (first === undefined || hasMedia(first.sdp)) visit.skip('empty-offer', 'its first offer has m-lines');
    else
      await visit.check('empty-offer', () =>
        visit.until(
          () => client.said.since(0).some((message) => message.type === 'offer' && hasMedia(message.sdp)),
          'it offered media after its empty offer',
        ),
      );
    await visit.check('media-sent', () => this.#arrives());
  }

  /** Waits until each track that the client publishes comes to the reference. */
  async #arrives(): Promise<void> {
    const { client } = this.#visit;
    const tracks = () =>
      [...this.#reference.received.values()].filter(
        ({ participantId }) => participantId === client.participantId,
      );
    const before = new Map(tracks().map(({ trackId, packets }) => [trackId, packets]));
    await this.#visit.until(() => {
      const now = tracks();
      const { published } = this.#visit.rules;
      const flow = now.filter(({ trackId, packets }) => packets >= (before.get(trackId) ?? 0) + FLOWS);
      return published > 0 && flow.length >= published;
    }, 'a participant received each of its tracks');
  }

  async #receiving(): Promise<void> {
    const visit = this.#visit;
    if (!visit.options.receives) {
      for (const check of [
        'answers-offers',
        'answer-order',
        'answer-sdp',
        'media-received',
        'receiver-reports',
      ] as const)
        visit.skip(check, 'it receives nothing');
      return;
    }
    await visit.check('answers-offers', () => this.#answered(0));
    let subscriptions: SubscriptionStats[] = [];
    await visit.check('media-received', () =>
      visit.until(async () => {
        subscriptions = await this.#subscriptions();
        return subscriptions.length >= 2 && subscriptions.every(({ bitrate }) => bitrate > 0);
      }, 'the node sent it sound and picture of the other participant'),
    );
    const reports = await visit
      .until(
        async () => {
          subscriptions = await this.#subscriptions();
          return subscriptions.some(({ roundTripTimeMs = 0 }) => roundTripTimeMs > 0);
        },
        'RTCP came',
        Math.min(visit.options.patienceMs, REPORTS_MS),
      )
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof Stopped) throw error;
          return false;
        },
      );
    if (reports) await visit.check('receiver-reports', async () => undefined);
    else
      visit.skip(
        'receiver-reports',
        'the node measured no round trip by RTCP; quality adapts less well without',
      );
  }

  async #others(): Promise<void> {
    await this.#visit.check('re-offers', async () => {
      const second = await this.#another('Second');
      const camera = second.published.get('camera');
      if (camera !== undefined) second.send({ type: 'mute', trackId: camera, muted: true });
      await this.#leaves(second);
    });
  }

  async #unknown(): Promise<void> {
    const { client } = this.#visit;
    await this.#visit.check('unknown-input', async () => {
      client.unknownFields = true;
      client.inject({ type: 'x-of-a-later-version', roomId: this.#visit.room, value: [1, { a: null }] });
      client.inject({
        type: 'error',
        code: 'x_of_a_later_version',
        message: 'a code of a later version',
        requestType: 'x',
      });
      const third = await this.#another('Third');
      await this.#leaves(third);
      client.unknownFields = false;
    });
  }

  async #error(): Promise<void> {
    await this.#visit.check('stays-after-error', async () => {
      this.#visit.client.inject({
        type: 'error',
        code: 'rate_limited',
        message: 'Send less.',
        requestType: 'chat',
      });
      await this.#leaves(await this.#another('Fourth'));
    });
  }

  async #lostSocket(): Promise<void> {
    const visit = this.#visit;
    const { client, options, rules } = visit;
    const was = client.participantId;
    const publishing = rules.publishing.size;
    await this.#quiet();
    client.drop();
    const isBack = await visit.check('comes-back', async () => {
      await visit.nextSocket(options.patienceMs * 2);
      await visit.says('join', 'a join over the new socket');
      await visit.client.told.waitFor(
        ({ type }) => type === 'joined' || type === 'resumed',
        'the answer to its join',
        {
          ms: options.patienceMs,
        },
      );
    });
    if (!isBack) {
      for (const check of ['resume', 'media-survives', 'new-session'] as const)
        visit.skip(check, 'it did not come back');
      return;
    }
    if (visit.client.join?.resume === undefined)
      await visit.check('resume', async () => {
        throw new Error('its join has no resume');
      });
    await visit.check('media-survives', async () => {
      if (visit.client.participantId !== was) throw new Error('it came back as another participant');
      if (options.publishes) await this.#arrives();
      if (rules.publishing.size > publishing)
        throw new Error('it made another PeerConnection, though its session was the same');
    });
  }

  async #anotherSession(): Promise<void> {
    const visit = this.#visit;
    const { client, options, rules } = visit;
    if (client.closed !== undefined) return;
    await visit.check('new-session', async () => {
      const publishing = rules.publishing.size;
      const mark = client.said.count;
      client.moveToAnotherSession();
      if (options.publishes) {
        await visit.says('offer', 'an offer in the new session', mark);
        if (rules.publishing.size === publishing)
          throw new Error(
            'it offered the PeerConnection of the old session; make another one (another o= session id)',
          );
        await this.#arrives();
      }
      if (options.receives) await this.#answered(mark);
    });
  }

  async #goodbye(): Promise<void> {
    const visit = this.#visit;
    const mark = visit.client.said.count;
    const isOpen = visit.client.closed === undefined;
    const saysIt = () => visit.client.said.since(mark).some(({ type }) => type === 'leave');
    await visit.stop();
    // The last it said may still be on its way.
    await visit.until(saysIt, 'it says leave', GOODBYE_MS).catch((error: unknown) => {
      if (error instanceof Stopped) throw error;
    });
    const said = saysIt();
    if (said) await visit.check('leave', async () => undefined);
    else if (visit.options.level === 'basic' || !isOpen)
      visit.skip(
        'leave',
        isOpen ? 'it went without; others see it for some seconds more' : 'its socket was closed already',
      );
    else
      await visit.check('leave', async () => {
        throw new Error('it closed its socket without leave; others see it for some seconds more');
      });
  }

  /** Another participant that publishes; the client has taken its tracks. */
  async #another(name: string): Promise<Bot> {
    const { client } = this.#visit;
    const mark = client.told.count;
    const bot = this.#bot(name);
    await this.#enter(bot);
    if (this.#visit.options.receives) {
      const isOffered = () =>
        client.told
          .since(mark)
          .some((m) => m.type === 'offer' && m.tracks.some((t) => t.participantId === bot.participantId));
      await this.#visit.until(isOffered, `${name}'s tracks were offered`);
    }
    await this.#answered(0);
    return bot;
  }

  async #leaves(bot: Bot): Promise<void> {
    const { client, options } = this.#visit;
    const mark = client.told.count;
    await bot.leave();
    const isGone = () =>
      client.told
        .since(mark)
        .some((m) => m.type === 'participant-left' && m.participantId === bot.participantId);
    await this.#visit.until(isGone, 'the client was told that somebody left');
    if (options.receives)
      await this.#visit.until(
        () => client.told.since(mark).some(({ type }) => type === 'offer'),
        'an offer without who left',
      );
    await this.#answered(0);
  }

  /** Waits until the client owes no answer. @param mark it has said one since */
  async #answered(mark: number): Promise<void> {
    const { client, options, rules } = this.#visit;
    if (!options.receives) return;
    await this.#visit.until(
      () => rules.unanswered === 0 && client.said.since(mark).some(({ type }) => type === 'answer'),
      'it answered every offer',
    );
  }

  /** Waits until nothing is said any more. */
  async #quiet(): Promise<void> {
    const { client } = this.#visit;
    let last = -1;
    await this.#visit.until(async () => {
      const now = client.told.count + client.said.count;
      const isQuiet = now === last;
      last = now;
      if (!isQuiet) await sleep(QUIET_MS);
      return isQuiet;
    }, 'nothing was said any more');
  }

  async #subscriptions(): Promise<SubscriptionStats[]> {
    const { client, options, room } = this.#visit;
    const { subscriptions } = await roomStats(options.upstream, room);
    // The worker is asked each time, and until() asks often.
    await sleep(STATS_MS);
    return subscriptions.filter(({ participantId }) => participantId === client.participantId);
  }

  async #enter(bot: Bot): Promise<void> {
    await bot.join();
    await bot.ready();
  }

  #bot(name: string): Bot {
    const { options, room } = this.#visit;
    const bot = new Bot({ edgeUrl: options.upstream, room, name, publish: ['microphone', 'camera'] });
    this.#bots.push(bot);
    return bot;
  }
}

function hasMedia(sdp: string): boolean {
  return /^m=/m.test(sdp);
}
