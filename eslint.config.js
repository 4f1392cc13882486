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
    files: ['src/page/**/*.js', 'src/domain/**/*.js'],
    rules: {
      // The compiler knows the globals of the browser.
      'no-undef': 'off',
      // A cast is a comment here.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'no-restricted-properties': [
        'error',
        ...readsTheClock,
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'writeln', 'srcdoc'].map(
          (property) => ({
            property,
            message: 'Text reaches the page only as text: use lib/dom.js.',
          }),
        ),
      ],
    },
  },
  {
    files: ['src/clock.ts', 'src/page/lib/clock.js'],
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
