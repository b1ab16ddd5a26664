declare namespace Cloudflare {
  /** Tells `cloudflare:workers` what the Worker under test exports. */
  interface GlobalProps {
    mainModule: typeof import('../worker.ts');
  }
}
