/** In order. A name never changes once it has run anywhere. */
export const migrationNames = ['0001-foundation', '0002-official-mail'] as const;

export type MigrationName = (typeof migrationNames)[number];
