import js from "@eslint/js";
import vueI18n from "@intlify/eslint-plugin-vue-i18n";
import prettier from "eslint-config-prettier";
import vue from "eslint-plugin-vue";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const page = ["frontend/src/**/*.{ts,vue}"];
const plainScripts = ["**/*.{js,mjs,cjs}"];

/** Attributes that people read or hear. */
const spokenAttributes = {
    "/.+/": ["alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "placeholder", "title"],
    // Of our own components.
    "/^[A-Z].*/": ["label", "help"],
};

/** Examples of addresses, paths, patterns and commands: the same in all languages. */
const samples = [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "compose.yaml",
    "/health",
    ".+",
    "https://example.com",
    "lib",
    "docker run -d -p 8080:80 nginx",
    "ghcr.io/acme",
    "https://github.com/you/app.git",
    "release/.+",
    "v[0-9.]+",
    "web/**",
    "https://git.example.com/me/app",
];

const house = {
    "max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
    "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    "max-depth": ["error", 3],
    complexity: ["error", 12],
    "no-console": "error",
    "no-nested-ternary": "error",
    "no-else-return": "error",
    curly: "error",
    eqeqeq: "error",
    "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Export it by name, so that it has one name everywhere." },
    ],
};

const typed = {
    "@typescript-eslint/consistent-type-imports": "error",
    "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    "@typescript-eslint/no-unused-vars": [
        "error",
        {
            ignoreRestSiblings: true,
            argsIgnorePattern: "^_",
            varsIgnorePattern: "^_",
            destructuredArrayIgnorePattern: "^_",
        },
    ],
    // An async method of a port keeps its shape also where one adapter has nothing to wait for.
    "@typescript-eslint/require-await": "off",
    // Ports are objects of functions, written as methods; nothing of the kind uses `this`.
    "@typescript-eslint/unbound-method": "off",
};

/** What depends on types that come out of a template, which only `vue-tsc` knows. */
const leftToVueTsc = {
    "no-undef": "off",
    "@typescript-eslint/no-unsafe-argument": "off",
    "@typescript-eslint/no-unsafe-assignment": "off",
    "@typescript-eslint/no-unsafe-call": "off",
    "@typescript-eslint/no-unsafe-member-access": "off",
    "@typescript-eslint/no-unsafe-return": "off",
    "@typescript-eslint/restrict-plus-operands": "off",
    "@typescript-eslint/restrict-template-expressions": "off",
};

export default defineConfig(
    {
        ignores: ["dist", "frontend-dist", ".testbed", "data", "stacks", "coverage", "frontend/public"],
    },
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    js.configs.recommended,
    {
        files: ["**/*.{ts,vue}"],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: {
            parserOptions: {
                project: ["tsconfig.json", "frontend/tsconfig.json", "tsconfig.tools.json"],
                tsconfigRootDir: import.meta.dirname,
                extraFileExtensions: [".vue"],
            },
        },
        rules: { ...house, ...typed },
    },
    {
        files: plainScripts,
        languageOptions: {
            globals: Object.fromEntries(
                ["Buffer", "clearInterval", "console", "module", "process", "require", "setInterval", "URL"].map(
                    (name) => [name, "readonly"],
                ),
            ),
        },
        rules: house,
    },
    {
        files: ["**/*.vue"],
        extends: [vue.configs["flat/recommended"]],
        languageOptions: { parserOptions: { parser: tseslint.parser } },
        rules: {
            ...leftToVueTsc,
            "vue/multi-word-component-names": "off",
            "vue/no-v-html": "error",
            // The types say which properties may be missing; a default of `undefined` would only repeat it.
            "vue/require-default-prop": "off",
        },
    },
    {
        files: page,
        plugins: { "@intlify/vue-i18n": vueI18n },
        settings: { "vue-i18n": { localeDir: "./frontend/src/lang/*.json", messageSyntaxVersion: "^11.0.0" } },
        rules: {
            // Whether every key is used `test/frontend/lang.test.ts` tells: many are put together from a state's name,
            // which `no-unused-keys` cannot follow.
            "@intlify/vue-i18n/no-raw-text": [
                "error",
                { ignorePattern: "^[-–·:#()/…×\\s]*$", attributes: spokenAttributes, ignoreText: samples },
            ],
            "@intlify/vue-i18n/no-missing-keys": "error",
            "@intlify/vue-i18n/no-v-html": "error",
        },
    },
    {
        // A query builder of knex is a promise, and its callbacks answer it only to be chained.
        files: ["backend/**/sqlite/**/*.ts", "db/**/*.ts"],
        rules: { "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }] },
    },
    {
        files: ["backend/**/*.ts"],
        ignores: ["backend/config*.ts"],
        rules: {
            "no-restricted-properties": [
                "error",
                { object: "process", property: "env", message: "backend/config.ts alone reads the environment." },
            ],
        },
    },
    {
        // The tools that read these ask for a default export.
        files: ["*.config.{js,ts}", "extra/vitest-reporter.ts", "**/*.d.ts", "test/fixtures/**"],
        rules: { "no-restricted-syntax": "off" },
    },
    {
        files: ["test/**/*.ts"],
        rules: {
            "@typescript-eslint/consistent-type-assertions": "off",
            "max-lines-per-function": "off",
            "max-lines": "off",
            "@typescript-eslint/no-non-null-assertion": "off",
        },
    },
    { files: ["extra/**", "backend/cli/**", "test/fixtures/**"], rules: { "no-console": "off" } },
    prettier,
);
