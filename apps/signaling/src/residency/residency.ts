import type { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import { Jurisdiction, jurisdictionOf, prefixOf } from '@parley/protocol/residency';
import { failure, type Result, success } from '../result.ts';

/** Where a room is: which jurisdiction holds its objects, and whose nodes serve it. */
export interface Residence {
  jurisdiction?: Jurisdiction;
  region: string;
}

/** Which regions there are, and which of them are a jurisdiction's. */
export class Residency {
  readonly #home: string;
  readonly #regions: WebrtcConfig['residency'];

  /** @param home the region of rooms that are pinned nowhere */
  constructor(home: string, regions: WebrtcConfig['residency']) {
    this.#home = home;
    this.#regions = regions;
  }

  /** Every region that the configuration names. */
  get regions(): string[] {
    const { eu, fedramp, anywhere } = this.#regions;
    return [...new Set([this.#home, ...eu, ...fedramp, ...anywhere])];
  }

  /** The jurisdictions that have regions. */
  get jurisdictions(): Jurisdiction[] {
    return Jurisdiction.options.filter((jurisdiction) => this.#regions[jurisdiction].length > 0);
  }

  /** The jurisdiction of a region's fleet, whose messages name rooms. */
  jurisdictionOfRegion(region: string): Jurisdiction | undefined {
    if (this.#regions.eu.includes(region)) return 'eu';
    return this.#regions.fedramp.includes(region) ? 'fedramp' : undefined;
  }

  /**
   * Where a room is to be; a refusal where that cannot be.
   *
   * @param wanted what its maker asked for
   */
  place(
    roomId: string,
    wanted: { region?: string | undefined; jurisdiction?: Jurisdiction | undefined },
  ): Result<Residence> {
    const jurisdiction = jurisdictionOf(roomId);
    if (wanted.jurisdiction !== undefined && wanted.jurisdiction !== jurisdiction) {
      const begin = prefixOf(wanted.jurisdiction);
      return failure('invalid_message', `body.id: must begin with ${begin} for this jurisdiction.`);
    }
    if (jurisdiction === undefined) {
      const region = wanted.region ?? this.#home;
      const open = [this.#home, ...this.#regions.anywhere];
      if (open.includes(region)) return success({ region });
      const message = `Region ${region} is not for rooms without a jurisdiction; there are ${open.join(', ')}.`;
      return failure('region_unknown', message);
    }
    const regions = this.#regions[jurisdiction];
    const region = wanted.region ?? regions[0];
    if (region === undefined) {
      return failure(
        'region_unknown',
        `This server has no region for ${jurisdiction}; see residency in webrtc.yaml.`,
      );
    }
    if (regions.includes(region)) return success({ jurisdiction, region });
    return failure(
      'region_unknown',
      `Region ${region} is not in ${jurisdiction}; there are ${regions.join(', ')}.`,
    );
  }
}
