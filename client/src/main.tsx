import './frame/drawn-frame.css';
import './frame/fonts.css';
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Button.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Loader.css';
import '@mantine/core/styles/Kbd.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/PasswordInput.css';
import './frame/tokens.css';
import './frame/frame.css';
import './directives/directives.css';
import { createRoot } from 'react-dom/client';
import { App } from './frame/app.tsx';
import { createLive } from './live/live.ts';
import { startLanguage } from './words/language.ts';

const live = createLive();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place to draw in.');

// The snapshot is fetched while the page is drawn.
void live.start();
await startLanguage();
createRoot(root).render(<App live={live} />);
