/** Which tracks a client wants, see the protocol's `subscribe`. */
export interface SubscriptionChoice {
  /** Whether it wants those that are not in `except`. */
  readonly default: boolean;
  readonly except: ReadonlySet<string>;
}

/** What holds until the client says otherwise. @param autoSubscribe as the ticket has it */
export function initialChoice(autoSubscribe = true): SubscriptionChoice {
  return { default: autoSubscribe, except: new Set() };
}

/** Whether the client wants a track. */
export function isWanted(choice: SubscriptionChoice, trackId: string): boolean {
  return choice.default !== choice.except.has(trackId);
}
