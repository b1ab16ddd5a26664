import nodeDataChannel from 'node-datachannel';

export type PeerConnection = InstanceType<typeof nodeDataChannel.PeerConnection>;

/** A PeerConnection whose descriptions are made when told, without ICE servers: nodes are ICE-lite. */
export function makePeerConnection(name: string, bindAddress: string): PeerConnection {
  return new nodeDataChannel.PeerConnection(name, {
    iceServers: [],
    bindAddress,
    disableAutoNegotiation: true,
  });
}

/** Hands out the local descriptions of a connection one by one, as they are made. */
export class LocalDescriptions {
  readonly #connection: PeerConnection;
  #resolve: ((sdp: string) => void) | undefined;

  constructor(connection: PeerConnection) {
    this.#connection = connection;
    connection.onLocalDescription((sdp) => {
      this.#resolve?.(sdp);
      this.#resolve = undefined;
    });
  }

  /**
   * One at a time.
   *
   * @throws {Error} when there is nothing to answer, because the other end has closed the connection meanwhile
   */
  async make(type: 'offer' | 'answer'): Promise<string> {
    // node-datachannel would end the process: what libdatachannel throws here is caught nowhere.
    if (type === 'answer' && this.#connection.signalingState() !== 'have-remote-offer')
      throw new Error('there is no offer to answer');
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#resolve = resolve;
    this.#connection.setLocalDescription(type);
    return await promise;
  }
}
