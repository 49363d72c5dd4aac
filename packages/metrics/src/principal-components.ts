export { principalComponents, project } from './principal-components/principal-components';
export type {
  ComparedPictures,
  ComponentOptions,
  PrincipalComponents,
} from './principal-components/principal-components';
