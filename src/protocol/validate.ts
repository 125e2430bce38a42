import { Compile } from 'typebox/compile';
import type { Static, TSchema } from 'typebox';
import { HubError } from '#domain/hub-error.ts';
import { isWellFormed } from './well-formed.ts';

/** A checker of one schema. Throws `bad_input` with the path of the first fault. */
export function createParser<Schema extends TSchema>(schema: Schema): (value: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) {
      if (!isWellFormed(value)) throw new HubError('bad_input');
      return value;
    }
    const [first] = compiled.Errors(value);
    const field = first?.instancePath.replaceAll('/', '.').slice(1);
    throw new HubError('bad_input', field === undefined || field === '' ? {} : { field });
  };
}
