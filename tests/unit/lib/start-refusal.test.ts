import { describe, expect, it } from 'vitest';

import { StartRefusal } from '#lib/start-refusal.ts';

describe('StartRefusal', () => {
  it('says everything in one line, whatever a program wrote into it', () => {
    const refusal = new StartRefusal('PostgreSQL did not start: FATAL:  no space\n\tleft\n');
    expect(refusal.message).toBe('PostgreSQL did not start: FATAL: no space left');
  });
});
