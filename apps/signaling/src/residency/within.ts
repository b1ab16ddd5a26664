import type { Jurisdiction } from '@parley/protocol/residency';

/** What workerd says outside of Cloudflare, where there is one place only. */
const NO_JURISDICTIONS = 'Jurisdiction restrictions are not implemented in workerd.';

/**
 * The part of a namespace where a jurisdiction's objects are. On a machine of one's own all objects are there, and the
 * namespace is one: names must tell jurisdictions apart by themselves.
 *
 * @throws whatever else the runtime has against it: nothing is ever made outside of its jurisdiction instead
 */
export function within<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  jurisdiction: Jurisdiction | undefined,
): DurableObjectNamespace<T> {
  if (jurisdiction === undefined) return namespace;
  try {
    return namespace.jurisdiction(jurisdiction);
  } catch (error) {
    if (error instanceof Error && error.message === NO_JURISDICTIONS) return namespace;
    throw error;
  }
}
