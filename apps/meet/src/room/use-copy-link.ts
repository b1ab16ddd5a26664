import { useState } from 'react';
import { roomPath } from '../room-link.ts';

/** Milliseconds that "copied" stays. */
const COPIED_TIME = 2000;

/**
 * Copies a room's link; `copied` is true for a moment after.
 *
 * @param failed hears the link where the browser does not let the page copy it
 */
export function useCopyLink(roomId: string, failed: (link: string) => void) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const link = new URL(roomPath(roomId), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      // No permission, or a page without HTTPS.
      failed(link);
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_TIME);
  };
  return { copied, copy: () => void copy() };
}
