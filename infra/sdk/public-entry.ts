/**
 * What a module of another package is called for outsiders: within the repository packages are imported by module, outside
 * only their public entries are known.
 */
export function publicEntry(module: string): string {
  return module.replace(/^(@parley\/(?!protocol\/|client\/connection-test$)[\w-]+)\/.*$/, '$1');
}
