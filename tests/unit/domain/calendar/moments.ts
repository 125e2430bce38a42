/** `2016-04-28 09:00` in the province. */
export function at(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}:00+07:00`);
}
