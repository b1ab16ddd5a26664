import { build } from 'vite';

const scripts = new Map<string, Promise<string>>();

/** A file of TypeScript for pages, with what it imports, as one script, made as the page's is. */
export function pageScript(entry: string): Promise<string> {
  const known = scripts.get(entry);
  if (known !== undefined) return known;
  const script = make(entry);
  scripts.set(entry, script);
  return script;
}

async function make(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'pageScript' } },
  });
  for (const { output } of [built].flat().filter((one) => 'output' in one)) return output[0].code;
  throw new Error(`vite made no script of ${entry}`);
}
