import { defineConfig } from 'vite';

/** Static files with names by their content; the engine reads them once and serves them from memory. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Nothing is inlined: the page's policy admits no inline script, style or data address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
});
