/** A piece of a text: a link, where it is one. */
export interface TextPart {
  readonly text: string;
  readonly href?: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"]+/gi;
/** What ends a sentence or closes a bracket around a link, not the link. */
const AFTER_LINK = /[.,;:!?)\]}'’”»]+$/;

/** Cuts a text where links begin and end; the parts together are the text. */
export function linksIn(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(LINK)) {
    const link = match.replace(AFTER_LINK, '');
    if (!URL.canParse(link)) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: link, href: link });
    end = index + link.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
