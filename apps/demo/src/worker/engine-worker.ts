import { expose } from 'comlink';
import { Engine } from './engine';

// The page names its worker after the backend that the address asks for.
expose(new Engine(self.name === '' ? undefined : self.name));
