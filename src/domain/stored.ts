/** How a shape looks once it has been through JSON. */
export type Stored<Shape> = {
  readonly [Key in keyof Shape]: Shape[Key] extends Date
    ? string
    : Shape[Key] extends Date | undefined
      ? string | undefined
      : Shape[Key];
};

/** Times become ISO 8601 in UTC; what is undefined is left out. */
export function toStored<Shape extends object>(shape: Shape): Stored<Shape> {
  const entries = Object.entries(shape).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return [];
    return [[key, value instanceof Date ? value.toISOString() : value]];
  });
  return Object.fromEntries(entries) as Stored<Shape>;
}
