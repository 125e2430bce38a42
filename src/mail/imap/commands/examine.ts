import { selectCommand } from './select.ts';

export const examine = selectCommand('EXAMINE', true);
