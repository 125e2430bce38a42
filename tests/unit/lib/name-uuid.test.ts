import { describe, expect, test } from 'vitest';
import { dnsNamespace, nameUuid } from '#lib/name-uuid.ts';

describe('nameUuid', () => {
  test('it agrees with other implementations of version 5', () => {
    expect(nameUuid(dnsNamespace, 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
    expect(nameUuid(dnsNamespace, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('it hashes the UTF-8 octets of a name with marks', () => {
    expect(nameUuid(dnsNamespace, 'Bình Thuận')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('it gives another id in another namespace', () => {
    const other = nameUuid(dnsNamespace, 'other');
    expect(nameUuid(other, 'name')).not.toBe(nameUuid(dnsNamespace, 'name'));
  });
});
