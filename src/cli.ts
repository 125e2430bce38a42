import { loadConfig } from '#root/config.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { openCommandDatabase } from './start/command-database.ts';
import { commands, usage } from './start/commands.ts';

/** `npm run hub -- …`: what an administrator does without the page. */
async function run(words: readonly string[]): Promise<void> {
  const command = commands[words.slice(0, 2).join(' ')];
  const rest = words.slice(2);
  if (command === undefined) throw new StartRefusal(`Unknown command. See npm run hub -- help.`);
  const own = rest.at(-1) === command.option ? rest.slice(0, -1) : rest;
  if (command.words !== 'own' && own.length !== command.words)
    throw new StartRefusal(`Usage: npm run hub -- ${command.usage}`);
  const { database, close } = await openCommandDatabase(loadConfig(process.env));
  try {
    await command.run(
      { database, write: (text) => void process.stdout.write(text), now: () => new Date() },
      rest,
    );
  } finally {
    await close();
  }
}

const words = process.argv.slice(2);
if (words.length === 0 || words[0] === 'help') process.stdout.write(usage());
else {
  try {
    await run(words);
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
