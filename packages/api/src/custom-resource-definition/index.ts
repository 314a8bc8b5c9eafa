export {
  type CustomResourceDefinitionOptions,
  customResourceDefinition,
  KindVersionsError,
} from './custom-resource-definition.js';
