/**
 * What a module of another package is called for outsiders: within the repository packages are imported by module, outside
 * only their public entry is known.
 */
export function publicEntry(module: string): string {
  return module.replace(/^(@parley\/(?!protocol\/)[\w-]+)\/.*$/, '$1');
}
