import { MtradeError } from '@mtrade/base';
import { addressKind, type AlertsConfig, loadAlertSecrets, nodeSecretFs } from '@mtrade/config';
import { describe, expect, test } from 'vitest';
import { refusal, resolve } from './helpers.js';

const alerts = (toml: string) => resolve({ toml: `[alerts]\n${toml}` }).config.alerts;

describe('where alerts may go (S14)', () => {
  test.each([
    ['webhook_url = "https://alerts.example.org/x"', 'webhookUrl', 'https://alerts.example.org/x'],
    ['webhook_url = "http://127.0.0.1:9000/x"', 'webhookUrl', 'http://127.0.0.1:9000/x'],
    ['webhook_url = "http://[::1]:9000"', 'webhookUrl', 'http://[::1]:9000'],
    ['webhook_url = "http://10.0.0.5/x"\nallow_private = true', 'webhookUrl', 'http://10.0.0.5/x'],
    ['telegram_chat_id = "-100123"', 'telegramChatId', '-100123'],
  ] as const)('%s is taken', (toml, key, value) => {
    expect(alerts(toml)[key]).toBe(value);
  });

  test('nothing is sent anywhere by default', () => {
    expect(alerts('')).toMatchObject({
      webhookUrl: null,
      telegramChatId: null,
      command: [],
      allowPrivate: false,
    });
  });

  test.each([
    ['webhook_url = "http://alerts.example.org/x"', 'alerts.webhook_url', /not encrypted/],
    ['webhook_url = "https://10.1.2.3/x"', 'alerts.webhook_url', /inside a network/],
    ['webhook_url = "https://169.254.169.254/latest"', 'alerts.webhook_url', /inside a network/],
    ['webhook_url = "https://[fd00::1]/"', 'alerts.webhook_url', /inside a network/],
    ['webhook_url = "https://0x0a000001/"', 'alerts.webhook_url', /inside a network/],
    ['webhook_url = "https://[::ffff:192.168.0.1]/"', 'alerts.webhook_url', /inside a network/],
    ['webhook_url = "ftp://example.org"', 'alerts.webhook_url', /must begin with/],
    ['webhook_url = "https://me:secret@example.org"', 'alerts.webhook_url', /user name/],
    ['telegram_url = "http://example.org"', 'alerts.telegram_url', /not encrypted/],
    ['telegram_chat_id = "my chat"', 'alerts.telegram_chat_id', /@name/],
    ['telegram_token = "1:x"', 'alerts.telegram_token', /MTRADE_ALERT_TELEGRAM_TOKEN_FILE/],
    ['webhook_secret = "x"', 'alerts.webhook_secret', /MTRADE_ALERT_WEBHOOK_SECRET_FILE/],
    ['command = "page-me --now"', 'alerts.command', /list of words/],
    ['command = ["page-me"]', 'alerts.command', /absolute path/],
    ['queue_size = 0', 'alerts.queue_size', /from 1/],
  ])('%s is refused by name', (toml, key, says) => {
    const error = refusal({ toml: `[alerts]\n${toml}` });
    expect(error.message).toContain(key);
    expect(error.message).toMatch(says);
  });

  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['127.8.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['100.64.0.1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['fe80::1', 'private'],
    ['255.255.255.255', 'private'],
    ['not an address', 'private'],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});

describe('secrets of the channels', () => {
  const config = alerts('webhook_url = "https://example.org"\ntelegram_chat_id = "1"');
  const load = (given: AlertsConfig, env: Record<string, string>) =>
    loadAlertSecrets(given, { env, fs: nodeSecretFs });

  test('are read for configured channels only, and leave the environment', () => {
    const env = { MTRADE_ALERT_WEBHOOK_SECRET: 'sign-me', MTRADE_ALERT_TELEGRAM_TOKEN: '1:abc', OTHER: 'x' };
    expect(load(config, env).secrets).toEqual({ webhookSecret: 'sign-me', telegramToken: '1:abc' });
    expect(env).toEqual({ OTHER: 'x' });
    const unused = { MTRADE_ALERT_WEBHOOK_SECRET: 'sign-me' };
    expect(load(alerts(''), unused).secrets).toEqual({ webhookSecret: null, telegramToken: null });
    expect(unused).toEqual({});
  });

  test('that are missing stop the start by name', () => {
    expect(() => load(config, {})).toThrow(MtradeError);
    expect(() => load(config, {})).toThrow(/MTRADE_ALERT_WEBHOOK_SECRET/);
  });
});
