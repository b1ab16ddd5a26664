import { useEffect, useState } from 'react';
import { roomPath } from '../room-link.ts';

/** Milliseconds that "copied" stays. */
const COPIED_TIME = 2000;

/** Phones have a way to send a link to somebody; on computers a link is pasted into what is open already. */
export function canSendLink(): boolean {
  return 'share' in navigator && !matchMedia('(hover: hover) and (pointer: fine)').matches;
}

/** A room's link, for others. */
export interface LinkToRoom {
  /** True for a moment after it was copied. */
  readonly copied: boolean;
  /** Whether it is sent, by what the phone offers, instead of copied. */
  readonly sends: boolean;
  /** Sends it or copies it. */
  hand(): void;
}

/**
 * The way to hand on a room's link.
 *
 * @param failed hears the link where the browser does not let the page copy it
 */
export function useCopyLink(roomId: string, failed: (link: string) => void): LinkToRoom {
  const [copiedAt, setCopiedAt] = useState<number>();
  useEffect(() => {
    if (copiedAt === undefined) return;
    const timer = setTimeout(() => setCopiedAt(undefined), COPIED_TIME);
    return () => clearTimeout(timer);
  }, [copiedAt]);

  const link = new URL(roomPath(roomId), location.href).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      // No permission, or a page without HTTPS.
      failed(link);
      return;
    }
    setCopiedAt(performance.now());
  };
  const send = async () => {
    try {
      await navigator.share({ title: `Parley · ${roomId}`, url: link });
    } catch (error) {
      // Who changes their mind wants nothing copied.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      await copy();
    }
  };
  const sends = canSendLink();
  return { copied: copiedAt !== undefined, sends, hand: () => void (sends ? send() : copy()) };
}
