import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { defineConfig } from 'eslint/config';

const readsTheClock = [
  { object: 'Date', property: 'now', message: 'Take the time as an argument, or from a Clock.' },
  { object: 'Math', property: 'random', message: 'Take randomness as an argument.' },
];

export default defineConfig(
  {
    ignores: [
      'eslint.config.js',
      'node_modules',
      'coverage',
      'dist',
      'data',
      '.dependency-cruiser.js',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: 'ExportAllDeclaration',
          message: 'No barrels: import from where it is written.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...readsTheClock,
        ...['argv', 'env', 'exit', 'exitCode', 'stdout', 'stdin', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Only src/cli.ts touches the process; take what you need as an argument.',
        })),
      ],
    },
  },
  {
    files: ['src/clock.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'no-restricted-properties': 'off' },
  },
);
