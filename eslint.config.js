import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import vueI18n from "@intlify/eslint-plugin-vue-i18n";
import vue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";

const limits = {
    "max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
    "max-depth": ["error", 3],
    complexity: ["error", 12],
    "no-console": "error",
    "no-nested-ternary": "error",
    "no-else-return": "error",
    curly: "error",
    eqeqeq: "error",
};

export default tseslint.config(
    { ignores: ["dist", "frontend-dist", "node_modules", ".testbed", "data", "stacks", "**/*.cjs", "coverage"] },
    js.configs.recommended,
    {
        files: ["**/*.{ts,vue}"],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: {
            parserOptions: {
                project: ["./tsconfig.json", "./frontend/tsconfig.json", "./tsconfig.tools.json"],
                tsconfigRootDir: import.meta.dirname,
                extraFileExtensions: [".vue"],
            },
        },
        rules: {
            ...limits,
            "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "@typescript-eslint/require-await": "off",
        },
    },
    ...vue.configs["flat/recommended"],
    {
        files: ["**/*.vue"],
        languageOptions: { parserOptions: { parser: tseslint.parser } },
        rules: { "vue/multi-word-component-names": "off", "vue/no-v-html": "error" },
    },
    ...vueI18n.configs.recommended,
    {
        files: ["frontend/**/*.{ts,vue}"],
        rules: {
            "@intlify/vue-i18n/no-raw-text": ["error", { ignorePattern: "^[-–·:#()/…×\\s]+$" }],
            "@intlify/vue-i18n/no-missing-keys": "error",
            "@intlify/vue-i18n/no-dynamic-keys": "off",
            "@intlify/vue-i18n/no-unused-keys": "off",
        },
        settings: { "vue-i18n": { localeDir: "./frontend/src/lang/*.json", messageSyntaxVersion: "^11.0.0" } },
    },
    {
        files: ["test/**/*.ts"],
        rules: {
            "max-lines-per-function": "off",
            "max-lines": "off",
            "@typescript-eslint/no-non-null-assertion": "off",
        },
    },
    { files: ["extra/**", "backend/cli/**"], rules: { "no-console": "off" } },
    {
        files: ["**/*.{js,mjs}"],
        languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", Buffer: "readonly", setTimeout: "readonly" } },
    },
    prettier,
);
