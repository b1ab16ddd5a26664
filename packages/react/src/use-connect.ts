import type { Call } from '@parley/client/call';
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { type Connection, Connector, type JoinOptions } from './connector.ts';

/** Where one stands, and how to come in. */
export interface ConnectionControls {
  readonly connection: Connection;
  /**
   * Joins the Parley server at `url`, after leaving what there was. Resolves with the call, or with nothing if it did not
   * come to be: `connection` says why.
   */
  join(url: string | URL, options: JoinOptions): Promise<Call | undefined>;
  /** Ends the call, or gives up joining: idle again. To end it and be told so, call `call.leave()`. */
  reset(): void;
}

/** A component's way into a call and out of it. The call is left when the component goes, which joins none after that. */
export function useConnect(): ConnectionControls {
  const [connector] = useState(() => new Connector());
  const connection = useSyncExternalStore(connector.subscribe, connector.current, connector.current);
  // In an effect one may join, and layout effects come before all of them.
  useLayoutEffect(() => connector.open(), [connector]);
  useEffect(() => connector.close, [connector]);
  return { connection, join: connector.join, reset: connector.reset };
}
