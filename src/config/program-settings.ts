/**
 * The settings of the program around the job: the login, the HTTP server, webhooks, the log.
 */
import { dayMs, minuteMs } from '../domain/duration.ts';
import { hostName, maskWebhookUrl, webhookUrl } from './address-formats.ts';
import { deauthorizationChoices, logFormats, logLevels } from './config.ts';
import { commandLine, duration, oneOf, wholeNumber } from './formats.ts';
import { maskText, portRange, setting } from './setting.ts';

export const programSettings = {
  authPort: setting({
    name: 'AUTH_PORT',
    keyPath: 'auth.port',
    format: wholeNumber({ ...portRange, least: 0 }),
    example: '8485',
    doc: "Port on which a login's redirect is awaited; 0 is any free one",
  }),
  httpHost: setting({
    name: 'HTTP_HOST',
    keyPath: 'http.host',
    format: hostName,
    example: '127.0.0.1',
    doc: "The address that the daemon's HTTP server listens on",
  }),
  httpPort: setting({
    name: 'HTTP_PORT',
    keyPath: 'http.port',
    format: wholeNumber({ ...portRange, least: 0 }),
    example: '8484',
    doc: "Port of the daemon's HTTP server; 0 is any free one",
  }),
  webhookLookInterval: setting({
    name: 'WEBHOOK_LOOK_INTERVAL',
    keyPath: 'webhook.lookInterval',
    format: duration({ minMs: minuteMs, maxMs: dayMs }),
    example: '2h',
    doc: 'How often the daemon looks at the lists while a webhook subscription tells it of new activities',
  }),
  webhookDeauthorization: setting({
    name: 'WEBHOOK_DEAUTHORIZATION',
    keyPath: 'webhook.deauthorization',
    format: oneOf(deauthorizationChoices),
    example: 'erase',
    doc: 'What happens to the data of an athlete who withdraws the access at Strava: keep, or erase',
  }),
  notifyCommand: setting({
    name: 'NOTIFY_COMMAND',
    keyPath: 'notify.command',
    format: commandLine,
    example: '/usr/local/bin/tell-me',
    doc: 'A command line that the daemon gives to the shell when it needs you; not together with `NOTIFY_URL`',
    unset: 'nobody is told',
    mask: () => maskText,
  }),
  notifyUrl: setting({
    name: 'NOTIFY_URL',
    keyPath: 'notify.url',
    format: webhookUrl,
    example: 'https://ntfy.example.org/domestique',
    doc: 'An address to which the daemon posts JSON when it needs you',
    unset: 'nobody is told',
    mask: (text) => maskWebhookUrl(text, maskText),
    hasFileVariable: true,
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    keyPath: 'log.level',
    format: oneOf(logLevels),
    example: 'debug',
    doc: `The least important line to log: ${logLevels.join(', ')}`,
  }),
  logFormat: setting({
    name: 'LOG_FORMAT',
    keyPath: 'log.format',
    format: oneOf(logFormats),
    example: 'json',
    doc: `How lines are logged: ${logFormats.join(', ')}`,
    unset: 'pretty on a terminal, else json',
  }),
};
