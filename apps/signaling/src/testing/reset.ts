import { reset } from 'cloudflare:test';
import { afterEach } from 'vitest';

// Every test begins with an empty server.
afterEach(() => reset());
