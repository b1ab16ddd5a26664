import { linksIn } from './links.ts';

/** A message with its links. */
export function ChatText({ text }: { text: string }) {
  let position = 0;
  return linksIn(text).map((part) => {
    const key = position;
    position += part.text.length;
    if (part.href === undefined) return part.text;
    return (
      <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
        {part.text}
      </a>
    );
  });
}
