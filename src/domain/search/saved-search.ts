export const savedSearchesMax = 100;
export const savedNameCharactersMax = 100;
export const savedQueryCharactersMax = 2000;
