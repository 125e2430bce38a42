/** In order. A name never changes once it has run anywhere. */
export const migrationNames = ['0001-foundation'] as const;

export type MigrationName = (typeof migrationNames)[number];
