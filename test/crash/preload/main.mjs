// Preloaded (`--import`) into an engine that is to come to harm at one named point. Every thread of the process loads it
// anew, so a point is counted in the thread that passes it. Nothing in the engine knows of it.
import { armed } from './point.mjs';
import { watchBooks } from './books.mjs';
import { watchFiles } from './files.mjs';
import { watchRequests } from './requests.mjs';
import { watchThreads } from './threads.mjs';

if (armed) {
  watchBooks();
  watchFiles();
  watchRequests();
  watchThreads();
}
