import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { apiDocs } from './api-docs.ts';
import { sdk } from './sdk.ts';

/** Where `vite dev` finds the rest of Parley. */
const SERVER = process.env['PARLEY_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), apiDocs(), sdk()],
  build: {
    // Everything is a file of its own: the page's Content-Security-Policy allows no inline code or data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/ws': { target: SERVER, ws: true }, '/api': SERVER },
  },
});
