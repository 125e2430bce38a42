/**
 * Accounts that a statement names one by one at the most. When nearly everyone is meant, naming them costs more than
 * reading what there is of all and leaving out the few that are not.
 */
export const namedAccountsMax = 1000;
