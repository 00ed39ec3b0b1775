import { render } from 'preact';
import { App } from './app.js';
import { startLive } from './live.js';
import { followAddress } from './route.js';
import { openSession } from './session.js';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';

openSession();
followAddress();
startLive();

const root = document.getElementById('page');
if (root) render(<App />, root);
