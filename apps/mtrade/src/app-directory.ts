/** This package's directory, wherever in its `dist` the bundler has put this code. Ends with a slash. */
export const APP_DIRECTORY = new URL(
  import.meta.url.replace(/\/(?:dist|src)\/(?!.*\/(?:dist|src)\/).*$/, '/'),
);
